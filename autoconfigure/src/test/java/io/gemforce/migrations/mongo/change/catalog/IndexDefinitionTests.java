package io.gemforce.migrations.mongo.change.catalog;

import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for comparing a declared index with one that a server lists.
 */
class IndexDefinitionTests {

	private static final BsonDocument ENGLISH = BsonDocument.parse("{locale: 'en', strength: 2}");

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{key: {a: 'text'}, name: 'a'}|{v: 2, key: {_fts: 'text', _ftsx: 1}, name: 'b', weights: {a: 1}, default_language: 'english', language_override: 'language', textIndexVersion: 3}",
			"{key: {a: 1}, name: 'a', unique: true}|{v: 1, key: {a: 1.0}, name: 'b', ns: 'gems.gems', unique: true, background: true, sparse: false}",
			"{key: {a: '2d'}, name: 'a'}|{v: 2, key: {a: '2d'}, name: 'a', bits: 26, min: -180.0, max: 180.0}",
			"{key: {a: '2dsphere'}, name: 'a'}|{v: 2, key: {a: '2dsphere'}, name: 'a', '2dsphereIndexVersion': 3}",
			"{key: {a: 'text'}, name: 'a', weights: {a: 5}}|{key: {_fts: 'text', _ftsx: 1}, name: 'a', weights: {a: 5.0}, "
					+ "default_language: 'english', language_override: 'language', textIndexVersion: 3}",
			"{key: {'$**': 'text'}, name: 'a'}|{key: {_fts: 'text', _ftsx: 1}, name: 'a', weights: {'$**': 1}}",
			"{key: {'$**': 1}, name: 'a', wildcardProjection: {a: {b: 1}, c: true}}|{key: {'$**': 1}, name: 'a', "
					+ "wildcardProjection: {c: 1, 'a.b': 1.0, _id: 0}}",
			"{key: {a: 1}, name: 'a', expireAfterSeconds: {$numberLong: '60'}}|{v: 2, key: {a: 1}, name: 'a', expireAfterSeconds: 60}" })
	void whatTheServerAddsByItselfMakesNoDifference(String declared, String listed) {
		assertThat(declared(declared, null).isSame(listed(listed))).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{key: {a: 'text'}, name: 'a'}|{key: {_fts: 'text', _ftsx: 1}, name: 'a', weights: {a: 5}}",
			"{key: {a: 'text'}, name: 'a'}|{key: {_fts: 'text', _ftsx: 1}, name: 'a', weights: {a: 1, b: 1}}",
			"{key: {a: 'text'}, name: 'a'}|{key: {_fts: 'text', _ftsx: 1}, name: 'a', weights: {a: 1}, default_language: 'german'}",
			"{key: {a: 'text'}, name: 'a'}|{key: {_fts: 'text', _ftsx: 1}, name: 'a', weights: {a: 1}, language_override: 'tongue'}",
			"{key: {'$**': 1}, name: 'a'}|{key: {'$**': 1}, name: 'a', wildcardProjection: {a: 0}}",
			"{key: {'$**': 1}, name: 'a', wildcardProjection: {a: 1}}|{key: {'$**': 1}, name: 'a', wildcardProjection: {a: 1, _id: 1}}",
			"{key: {a: '2d'}, name: 'a'}|{key: {a: '2d'}, name: 'a', bits: 30, min: -180.0, max: 180.0}",
			"{key: {a: 1}, name: 'a', unique: true}|{key: {a: 1}, name: 'a'}",
			"{key: {a: 1}, name: 'a', hidden: true}|{key: {a: 1}, name: 'a'}",
			"{key: {a: 1}, name: 'a'}|{key: {a: 1}, name: 'a', prepareUnique: true}",
			"{key: {a: 1}, name: 'a', expireAfterSeconds: 5}|{key: {a: 1}, name: 'a', expireAfterSeconds: 6}" })
	void everythingElseDoes(String declared, String listed) {
		assertThat(declared(declared, null).isSame(listed(listed))).isFalse();
		assertThat(declared(declared, null).hasSameKeys(listed(listed))).as("both cannot be there").isTrue();
	}

	@Test
	void anIndexThatIsListedWithoutACollationHasNotGotThatOfItsCollection() {
		BsonDocument plain = BsonDocument.parse("{key: {a: 1}, name: 'a'}");
		BsonDocument simple = BsonDocument.parse("{key: {a: 1}, name: 'a', collation: {locale: 'simple'}}");
		BsonDocument english = BsonDocument.parse(
				"{key: {a: 1}, name: 'a', collation: {locale: 'en', strength: 2, caseLevel: false, version: '57.1'}}");
		assertThat(IndexDefinition.declared(plain, ENGLISH).isSame(IndexDefinition.listed(plain))).isFalse();
		assertThat(IndexDefinition.declared(plain, ENGLISH).isSame(IndexDefinition.listed(english))).isTrue();
		assertThat(IndexDefinition.declared(simple, ENGLISH).isSame(IndexDefinition.listed(plain))).isTrue();
		assertThat(IndexDefinition.declared(plain, null).isSame(IndexDefinition.listed(plain))).isTrue();
		assertThat(IndexDefinition.asListed(plain, ENGLISH)).isEqualTo(simple);
		assertThat(IndexDefinition.asListed(english, ENGLISH)).isEqualTo(english);
		assertThat(IndexDefinition.asListed(plain, null)).isEqualTo(plain);
	}

	private static IndexDefinition declared(String index, BsonDocument collation) {
		return IndexDefinition.declared(BsonDocument.parse(index), collation);
	}

	private static IndexDefinition listed(String index) {
		return IndexDefinition.listed(BsonDocument.parse(index));
	}

}
