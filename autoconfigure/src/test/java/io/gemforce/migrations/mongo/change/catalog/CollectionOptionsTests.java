package io.gemforce.migrations.mongo.change.catalog;

import java.util.List;

import org.bson.BsonDocument;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Options of collections as they are declared, and as MongoDB's manual shows them listed.
 */
class CollectionOptionsTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{}|{validator: {}, validationLevel: 'strict', validationAction: 'error'}",
			"{validator: {a: 1}}|{validator: {a: 1.0}, validationLevel: 'strict', validationAction: 'error'}",
			"{capped: true, size: 100}|{capped: true, size: 4096}",
			"{capped: true, size: 5000}|{capped: true, size: 5120}",
			"{capped: true, size: 4096, max: 5}|{capped: true, size: 4096, max: {$numberLong: '5'}}",
			"{collation: {locale: 'en'}}|{collation: {locale: 'en', caseLevel: false, caseFirst: 'off', strength: 3, "
					+ "numericOrdering: false, alternate: 'non-ignorable', maxVariable: 'punct', normalization: false, "
					+ "backwards: false, version: '57.1'}}",
			"{collation: {locale: 'simple'}}|{}",
			"{timeseries: {timeField: 't'}}|{timeseries: {timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: 3600}}",
			"{timeseries: {timeField: 't', granularity: 'hours'}}|{timeseries: {timeField: 't', bucketMaxSpanSeconds: 2592000, "
					+ "bucketRoundingSeconds: 86400}}",
			"{clusteredIndex: {key: {_id: 1}, unique: true}}|{clusteredIndex: {v: 2, key: {_id: 1}, name: '_id_', unique: true}}",
			"{changeStreamPreAndPostImages: {enabled: false}}|{}", "{}|{autoIndexId: true, flags: 1}",
			"{viewOn: 'a', pipeline: []}|{viewOn: 'a', pipeline: []}" })
	void areTheSame(String declared, String listed) {
		assertThat(differences(declared, listed)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{validator: {a: 1}}|{}|validator is not set, and {\"a\": 1} is wanted",
			"{validator: {a: 1}, validationLevel: 'moderate'}|{validator: {a: 1}}|validationLevel is \"strict\", and \"moderate\" is wanted",
			"{capped: true, size: 4096}|{capped: true, size: 8192}|capped is {\"size\": 8192}, and {\"size\": 4096} is wanted",
			"{capped: true, size: 4096}|{}|capped is not set, and {\"size\": 4096} is wanted",
			"{timeseries: {timeField: 't'}}|{timeseries: {timeField: 'at'}}|timeseries is {\"timeField\": \"at\", "
					+ "\"granularity\": \"seconds\"}, and {\"timeField\": \"t\", \"granularity\": \"seconds\"} is wanted",
			"{}|{changeStreamPreAndPostImages: {enabled: true}}|changeStreamPreAndPostImages is true, and not set is wanted",
			"{viewOn: 'a', pipeline: []}|{viewOn: 'b', pipeline: []}|viewOn is \"b\", and \"a\" is wanted",
			"{pipeline: [{$sort: {a: 1, b: 1}}]}|{pipeline: [{$sort: {b: 1, a: 1}}]}|pipeline is [{\"$sort\": {\"b\": 1, "
					+ "\"a\": 1}}], and [{\"$sort\": {\"a\": 1, \"b\": 1}}] is wanted" })
	void areDifferent(String declared, String listed, String difference) {
		assertThat(differences(declared, listed)).contains(difference);
	}

	private static List<String> differences(String declared, String listed) {
		return CollectionOptions.of(BsonDocument.parse(listed))
			.differences(CollectionOptions.of(BsonDocument.parse(declared)));
	}

}
