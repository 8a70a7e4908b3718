package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Names;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Which documents are copied or moved, to where, and what becomes of them on the way.
 *
 * @param pipeline stages that make one document of each, of the same {@code _id}
 * @param keeping whether a document that is in the way stays, and the other one too
 */
record TransferDefinition(String from, String to, BsonDocument filter, @Nullable BsonArray pipeline, boolean keeping) {

	private static final Set<String> NOT_THE_SAME_TWICE = Set.of("$$NOW", "$$CLUSTER_TIME", "$$USER_ROLES", "$rand",
			"$sampleRate", "$function");

	private static final Set<String> SETTING = Set.of("$set", "$addFields", "$unset", "$project");

	static TransferDefinition of(Parameters parameters) {
		BsonValue pipeline = parameters.optionalValue("pipeline");
		return new TransferDefinition(parameters.text("from"), parameters.text("to"),
				parameters.value("filter").asDocument(), (pipeline != null) ? pipeline.asArray() : null,
				"keep".equals(parameters.optionalText("onConflict")));
	}

	String summary() {
		String documents = this.filter.isEmpty() ? "all documents of '%s'".formatted(this.from)
				: "documents of '%s' where %s".formatted(this.from, BsonFormatter.show(this.filter));
		String changed = (this.pipeline != null) ? ", changed by " + BsonFormatter.show(this.pipeline) : "";
		return "%s to '%s'%s".formatted(documents, this.to, changed);
	}

	List<String> needs(String onSource) {
		List<String> needs = new ArrayList<>();
		needs.add("%s on '%s'".formatted(onSource, this.from));
		needs.addAll(PlanPhrases.privileges(
				"find, insert, update, remove, createCollection, renameCollectionSameDB, dropCollection", this.to));
		return List.copyOf(needs);
	}

	List<BsonDocument> stages() {
		return (this.pipeline != null) ? UpdateOperators.toAggregation(this.pipeline) : List.of();
	}

	boolean replacesRoot() {
		return this.pipeline != null
				&& this.pipeline.stream().anyMatch((stage) -> stage.asDocument().getFirstKey().startsWith("$replace"));
	}

	void check(String done, DefinitionCursor cursor) {
		if (this.from.equals(this.to)) {
			cursor.to("to").wrong("'%s' is %s to itself".formatted(this.from, done), "Write another collection");
		}
		int index = 0;
		for (BsonValue stage : (this.pipeline != null) ? this.pipeline : new BsonArray()) {
			checkStage(stage, cursor.to("pipeline").to(index++));
		}
	}

	private static void checkStage(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument() || value.asDocument().isEmpty()) {
			return;
		}
		String changing = changing(value);
		if (changing != null) {
			cursor.wrong("'%s' does not give the same twice, as an interrupted attempt must".formatted(changing),
					"Write the value out, or write a bean that implements MongoMigration");
		}
		BsonDocument stage = value.asDocument();
		String operator = stage.getFirstKey();
		if (SETTING.contains(operator) && touchesId(operator, stage.get(operator))) {
			cursor.wrong("'%s' does not keep the '_id', by which a document is known in both collections"
				.formatted(operator), "Leave the '_id' out of this stage");
		}
	}

	private static boolean touchesId(String operator, @Nullable BsonValue operand) {
		if (operand == null) {
			return false;
		}
		if (operand.isDocument()) {
			return operand.asDocument()
				.entrySet()
				.stream()
				.anyMatch((field) -> Names.isId(field.getKey())
						&& !(operator.equals("$project") && isKept(field.getValue())));
		}
		return operand.isString() ? Names.isId(operand.asString().getValue())
				: operand.isArray() && operand.asArray().stream().anyMatch((field) -> touchesId(operator, field));
	}

	private static boolean isKept(BsonValue projected) {
		return projected.isBoolean() ? projected.asBoolean().getValue()
				: projected.isNumber() && projected.asNumber().doubleValue() != 0;
	}

	// A part of the pipeline that is not the same each time
	private static @Nullable String changing(BsonValue part) {
		if (part.isString()) {
			return NOT_THE_SAME_TWICE.stream()
				.filter((name) -> name.startsWith("$$") && part.asString().getValue().startsWith(name))
				.findFirst()
				.orElse(null);
		}
		List<BsonValue> parts = new ArrayList<>();
		if (part.isDocument()) {
			for (String key : part.asDocument().keySet()) {
				if (NOT_THE_SAME_TWICE.contains(key)) {
					return key;
				}
			}
			if (part.asDocument().containsKey("$literal")) {
				return null;
			}
			parts.addAll(part.asDocument().values());
		}
		else if (part.isArray()) {
			parts.addAll(part.asArray());
		}
		return parts.stream().map(TransferDefinition::changing).filter((name) -> name != null).findFirst().orElse(null);
	}

}
