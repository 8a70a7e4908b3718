package io.gemforce.migrations.mongo.change.source;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Converts the content of a file to BSON, and notes all positions.
 */
public final class DefinitionReader {

	private final DefinitionProblems findings;

	private final int maxValues;

	private int values;

	/**
	 * The length of the text bounds the number of values: only aliases can make more of
	 * them.
	 */
	public DefinitionReader(DefinitionProblems findings, int length) {
		this.findings = findings;
		this.maxValues = length + 1;
	}

	public BsonValue read(Source source) throws MalformedFileException {
		return read(source, Pointer.TOP, null, 0);
	}

	private BsonValue read(Source source, Pointer pointer, @Nullable Position key, int depth)
			throws MalformedFileException {
		Depth.check(depth, source.position());
		if (++this.values > this.maxValues) {
			throw new MalformedFileException(source.position(),
					"aliases make more of the file than it has characters, so it is not read", "Write the values out");
		}
		this.findings.place(pointer, key, source.position());
		if (source instanceof Source.Mapping mapping) {
			return document(mapping, pointer, depth);
		}
		if (source instanceof Source.Sequence sequence) {
			BsonArray array = new BsonArray();
			for (Source item : sequence.items()) {
				array.add(read(item, pointer.to(array.size()), null, depth + 1));
			}
			return array;
		}
		if (source instanceof Source.Scalar scalar) {
			return scalar.value();
		}
		this.findings.add(pointer, "%s has no place in 64 bits".formatted(((Source.HugeInteger) source).text()),
				"Write {$numberDecimal: \"…\"}, or a string in quotes");
		return BsonNull.VALUE;
	}

	private BsonValue document(Source.Mapping mapping, Pointer pointer, int depth) throws MalformedFileException {
		if (ExtendedJson.isValue(mapping)) {
			try {
				return ExtendedJson.value(mapping);
			}
			catch (IllegalArgumentException ex) {
				this.findings.add(pointer, String.valueOf(ex.getMessage()),
						"Write it as extended JSON, for example {$oid: 507f1f77bcf86cd799439011}");
				return BsonNull.VALUE;
			}
		}
		BsonDocument document = new BsonDocument();
		for (Source.Entry entry : mapping.entries()) {
			if (document.containsKey(entry.key())) {
				this.findings.add(entry.position(), "the key '%s' is there twice".formatted(entry.key()),
						"Remove one of them");
			}
			else {
				document.append(entry.key(), read(entry.value(), pointer.to(entry.key()), entry.position(), depth + 1));
			}
		}
		return document;
	}

}
