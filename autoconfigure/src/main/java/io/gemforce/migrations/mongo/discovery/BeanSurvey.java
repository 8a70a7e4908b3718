package io.gemforce.migrations.mongo.discovery;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.util.Arrays;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;

/**
 * What can be told of a bean without creating it.
 */
final class BeanSurvey {

	private final ListableBeanFactory beanFactory;

	BeanSurvey(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	// Null if the class is not known before the bean is created
	@Nullable Class<?> type(String beanName) {
		Class<?> type = this.beanFactory.getType(beanName, false);
		return (type != null && !type.isInterface()) ? ClassUtils.getUserClass(type) : null;
	}

	// A method that makes the bean may return a sub class
	boolean isOfExactType(String beanName) {
		BeanDefinition definition = definition(beanName);
		return definition != null && definition.getFactoryMethodName() == null;
	}

	// It can be created at any time
	boolean needsNothing(String beanName) {
		BeanDefinition definition = definition(beanName);
		Class<?> type = type(beanName);
		if (definition == null || type == null || !ObjectUtils.isEmpty(definition.getDependsOn())
				|| !definition.getPropertyValues().isEmpty() || injects(type)) {
			return false;
		}
		if (definition.getFactoryMethodName() == null) {
			return Arrays.stream(type.getDeclaredConstructors()).noneMatch(BeanSurvey::hasParameters);
		}
		String factory = definition.getFactoryBeanName();
		return definition instanceof RootBeanDefinition root && root.getResolvedFactoryMethod() != null
				&& !hasParameters(root.getResolvedFactoryMethod()) && (factory == null || needsNothing(factory));
	}

	private @Nullable BeanDefinition definition(String beanName) {
		return (this.beanFactory instanceof ConfigurableListableBeanFactory configurable
				&& configurable.containsBeanDefinition(beanName)) ? configurable.getMergedBeanDefinition(beanName)
						: null;
	}

	private static boolean hasParameters(Executable executable) {
		return executable.getParameterCount() > 0;
	}

	// An annotated member may ask for another bean
	private static boolean injects(Class<?> type) {
		if (Aware.class.isAssignableFrom(type) || InitializingBean.class.isAssignableFrom(type)) {
			return true;
		}
		for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
			Stream<AnnotatedElement> members = Stream.concat(Arrays.stream(level.getDeclaredFields()),
					Arrays.stream(level.getDeclaredMethods()));
			if (members.flatMap((member) -> Arrays.stream(member.getAnnotations())).anyMatch(BeanSurvey::mayInject)) {
				return true;
			}
		}
		return false;
	}

	private static boolean mayInject(Annotation annotation) {
		Class<?> type = annotation.annotationType();
		return type != Bean.class && !type.getPackageName().startsWith("java.lang");
	}

}
