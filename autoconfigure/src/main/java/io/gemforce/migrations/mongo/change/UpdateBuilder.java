package io.gemforce.migrations.mongo.change;

import java.util.List;

import com.mongodb.client.model.Collation;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.conversions.Bson;

import io.gemforce.migrations.mongo.MongoChanges;

/**
 * Declares an update in Java.
 */
final class UpdateBuilder implements MongoChanges.Update {

	private final BsonDocument parameters;

	UpdateBuilder(BsonDocument parameters) {
		this.parameters = parameters;
	}

	BsonDocument parameters() {
		return this.parameters;
	}

	@Override
	public MongoChanges.Update up(Bson operators) {
		this.parameters.append("up", ChangesBuilder.bson(operators));
		return this;
	}

	@Override
	public MongoChanges.Update up(List<? extends Bson> pipeline) {
		this.parameters.append("up", ChangesBuilder.bson(pipeline));
		return this;
	}

	@Override
	public MongoChanges.Update down(Bson operators) {
		this.parameters.append("down", ChangesBuilder.bson(operators));
		return this;
	}

	@Override
	public MongoChanges.Update down(List<? extends Bson> pipeline) {
		this.parameters.append("down", ChangesBuilder.bson(pipeline));
		return this;
	}

	@Override
	public MongoChanges.Update downFilter(Bson filter) {
		this.parameters.append("downFilter", ChangesBuilder.bson(filter));
		return this;
	}

	@Override
	public MongoChanges.Update arrayFilters(List<? extends Bson> filters) {
		this.parameters.append("arrayFilters", ChangesBuilder.bson(filters));
		return this;
	}

	@Override
	public MongoChanges.Update downArrayFilters(List<? extends Bson> filters) {
		this.parameters.append("downArrayFilters", ChangesBuilder.bson(filters));
		return this;
	}

	@Override
	public MongoChanges.Update collation(Collation collation) {
		this.parameters.append("collation", collation.asDocument());
		return this;
	}

	@Override
	public MongoChanges.Update hint(String index) {
		this.parameters.append("hint", new BsonString(index));
		return this;
	}

	@Override
	public MongoChanges.Update hint(Bson keys) {
		this.parameters.append("hint", ChangesBuilder.bson(keys));
		return this;
	}

	@Override
	public MongoChanges.Update let(Bson variables) {
		this.parameters.append("let", ChangesBuilder.bson(variables));
		return this;
	}

	@Override
	public MongoChanges.Update upsert() {
		this.parameters.append("upsert", BsonBoolean.TRUE);
		return this;
	}

	@Override
	public MongoChanges.Update idempotent() {
		this.parameters.append("idempotent", BsonBoolean.TRUE);
		return this;
	}

}
