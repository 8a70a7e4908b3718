package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.gemforce.migrations.mongo.FieldType;
import io.gemforce.migrations.mongo.change.RandomChanges;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the conversion of values.
 */
class ConversionsTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "5|LONG|{$numberLong: '5'}", "5|DOUBLE|5.0",
			"5|DECIMAL|{$numberDecimal: '5'}", "5|STRING|'5'",
			"{$numberLong: '9007199254740992'}|DOUBLE|9007199254740992.0", "5.0|INT|5",
			"1.5|DECIMAL|{$numberDecimal: '1.5'}", "0.1|DECIMAL|{$numberDecimal: '0.1'}", "1.5|STRING|'1.5'",
			"5.0|STRING|'5'", "-0.0|STRING|'-0'", "1.0E300|STRING|'1.0E300'", "{$numberDouble: 'NaN'}|STRING|'NaN'",
			"{$numberDouble: 'NaN'}|DECIMAL|{$numberDecimal: 'NaN'}", "{$numberDecimal: '5.00'}|INT|5",
			"{$numberDecimal: '19.990'}|DOUBLE|19.99", "{$numberDecimal: '1E+3'}|STRING|'1E+3'", "'12'|INT|12",
			"'-7'|LONG|{$numberLong: '-7'}", "'1.50'|DECIMAL|{$numberDecimal: '1.50'}", "'1.50'|DOUBLE|1.5",
			"true|STRING|'true'", "'false'|BOOL|false", "true|INT|1", "1|BOOL|true", "0.0|BOOL|false",
			"{$date: '2020-02-29T12:00:00.120Z'}|STRING|'2020-02-29T12:00:00.120Z'",
			"'2020-02-29T12:00:00.12Z'|DATE|{$date: '2020-02-29T12:00:00.120Z'}",
			"'2020-02-29T14:00:00+02:00'|DATE|{$date: '2020-02-29T12:00:00Z'}",
			"'2020-02-29T12:00'|DATE|{$date: '2020-02-29T12:00:00Z'}",
			"'2020-02-29'|DATE|{$date: '2020-02-29T00:00:00Z'}",
			"{$date: '1970-01-01T00:00:01Z'}|LONG|{$numberLong: '1000'}",
			"{$numberLong: '1000'}|DATE|{$date: '1970-01-01T00:00:01Z'}", "1000.0|DATE|{$date: '1970-01-01T00:00:01Z'}",
			"{$oid: '507f1f77bcf86cd799439011'}|STRING|'507f1f77bcf86cd799439011'",
			"'507F1f77bcf86cd799439011'|OBJECT_ID|{$oid: '507f1f77bcf86cd799439011'}" })
	void convertsWithoutLoss(String value, FieldType to, String converted) {
		assertThat(Conversions.convert(RandomChanges.value(value), Conversions.bsonType(to)))
			.contains(RandomChanges.value(converted));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "1.5|INT", "{$numberLong: '1099511627776'}|INT",
			"{$numberLong: '9007199254740993'}|DOUBLE", "{$numberLong: '-9223372036854775808'}|DOUBLE", "-0.0|INT",
			"{$numberDouble: 'NaN'}|INT", "{$numberDouble: 'Infinity'}|LONG", "1.0E30|LONG",
			"{$numberDecimal: '0.12345678901234567890'}|DOUBLE", "{$numberDecimal: '1E+400'}|DOUBLE",
			"{$numberDecimal: '1E-400'}|DOUBLE", "{$numberDecimal: '-0'}|INT", "{$numberDecimal: '1E+6000'}|LONG",
			"'007'|INT", "'+5'|INT", "' 5'|INT", "'5.0'|INT", "''|INT", "'five'|INT", "'0.12345678901234567890'|DOUBLE",
			"'1e999'|DOUBLE", "'1e9999'|DECIMAL", "'1.2345678901234567890123456789012345'|DECIMAL", "'yes'|BOOL",
			"2|BOOL", "'TRUE'|BOOL", "5|DATE", "'2020-02-30'|DATE", "'yesterday'|DATE",
			"'2020-02-29T12:00:00.1234Z'|DATE", "1.5|DATE", "{$date: '2020-02-29T12:00:00Z'}|INT",
			"{$date: '2020-02-29T12:00:00Z'}|BOOL", "{$date: {$numberLong: '9007199254740993'}}|DOUBLE",
			"{$oid: '507f1f77bcf86cd799439011'}|DATE", "{$oid: '507f1f77bcf86cd799439011'}|LONG",
			"'507f1f77bcf86cd79943901'|OBJECT_ID", "5|OBJECT_ID", "[1]|INT", "{a: 1}|STRING",
			"{$binary: {base64: 'AQID', subType: '00'}}|STRING", "{$timestamp: {t: 1, i: 1}}|DATE" })
	void refusesWhatWouldLoseSomething(String value, FieldType to) {
		assertThat(Conversions.convert(RandomChanges.value(value), Conversions.bsonType(to))).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "STRING, STRING", "INT, INT32", "LONG, INT64", "DOUBLE, DOUBLE", "DECIMAL, DECIMAL128",
			"BOOL, BOOLEAN", "DATE, DATE_TIME", "OBJECT_ID, OBJECT_ID" })
	void leavesWhatHasTheType(FieldType type, BsonType bsonType) {
		assertThat(Conversions.bsonType(type)).isEqualTo(bsonType);
	}

}
