package io.gemforce.migrations.benchmarks;

import java.util.List;
import java.util.stream.Stream;

import com.mongodb.event.CommandListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A service as a user has it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class GemService {

	@Bean
	MongoClientSettingsBuilderCustomizer listening(ObjectProvider<CommandListener> listeners) {
		return (settings) -> listeners.orderedStream().forEach(settings::addCommandListener);
	}

	static ConfigurableApplicationContext startWithMongo(String uri, List<Object> beans, String... properties) {
		return start(uri, beans, Stream.concat(Stream
			.of("spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
					+ "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration"),
				Stream.of(properties))
			.toArray(String[]::new));
	}

	static ConfigurableApplicationContext start(String uri, List<Object> beans, String... properties) {
		return new SpringApplicationBuilder(GemService.class)
			.initializers((context) -> beans
				.forEach((bean) -> register((GenericApplicationContext) context, bean, bean.getClass())))
			.run(Stream
				.concat(Stream.of("spring.main.banner-mode=off", "spring.application.name=gems",
						"spring.mongodb.uri=" + uri, "server.port=0",
						"management.endpoints.web.exposure.include=health,migrations"), Stream.of(properties))
				.map((property) -> "--" + property)
				.toArray(String[]::new));
	}

	private static <T> void register(GenericApplicationContext context, Object bean, Class<T> type) {
		context.registerBean(type, () -> type.cast(bean));
	}

}
