package io.gemforce.migrations.mongo.change.preimage;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.ExactValue;

/**
 * Several pre-images, as they are stored together (see {@link ChangeJournal}).
 */
public record PreimagePack(BsonDocument content) {

	static final String COUNT = "count";

	private static final String COMMON = "common";

	private static final String PACKED = "packed";

	private static final long MAX_BYTES = 2_000_000;

	// Packs have no ids, and are far below the document limit unless one pre-image is not
	static List<PreimagePack> of(List<Preimage> preimages) {
		List<PreimagePack> packs = new ArrayList<>();
		List<BsonDocument> contents = new ArrayList<>();
		long bytes = 0;
		for (Preimage preimage : preimages) {
			long size = BatchSize.size(preimage.content());
			if (bytes + size > MAX_BYTES && !contents.isEmpty()) {
				packs.add(ofContents(contents));
				contents.clear();
				bytes = 0;
			}
			contents.add(preimage.content());
			bytes += size;
		}
		if (!contents.isEmpty()) {
			packs.add(ofContents(contents));
		}
		return packs;
	}

	private static PreimagePack ofContents(List<BsonDocument> contents) {
		BsonDocument common = new BsonDocument();
		common.putAll(contents.get(0));
		common.remove(Preimage.DOCUMENT);
		contents.forEach((content) -> common.entrySet()
			.removeIf((entry) -> !ExactValue.same(entry.getValue(), content.get(entry.getKey()))));
		BsonArray packed = new BsonArray(contents.size());
		for (BsonDocument content : contents) {
			BsonDocument own = new BsonDocument();
			content.forEach((key, value) -> {
				if (!common.containsKey(key)) {
					own.append(key, value);
				}
			});
			packed.add(own);
		}
		return new PreimagePack(
				new BsonDocument(COUNT, new BsonInt32(contents.size())).append(COMMON, common).append(PACKED, packed));
	}

	String id() {
		return this.content.getString("_id").getValue();
	}

	int count() {
		return this.content.getInt32(COUNT).getValue();
	}

	List<Preimage> preimages() {
		BsonDocument common = this.content.getDocument(COMMON);
		List<Preimage> preimages = new ArrayList<>();
		for (BsonValue packed : this.content.getArray(PACKED)) {
			BsonDocument content = new BsonDocument();
			content.putAll(packed.asDocument());
			content.putAll(common);
			preimages.add(new Preimage(content));
		}
		return preimages;
	}

}
