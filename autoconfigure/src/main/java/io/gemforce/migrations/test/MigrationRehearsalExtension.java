package io.gemforce.migrations.test;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.test.context.junit.jupiter.SpringExtension;

import io.gemforce.migrations.run.Migrations;

/**
 * Gives tests a {@link MigrationRehearsal}.
 */
final class MigrationRehearsalExtension implements ParameterResolver {

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == MigrationRehearsal.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return new MigrationRehearsal(SpringExtension.getApplicationContext(context).getBean(Migrations.class));
	}

}
