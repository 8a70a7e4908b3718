package io.gemforce.migrations.support;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * A message of MongoDB's wire protocol.
 *
 * @param bytes the message, its header included
 */
record WireMessage(byte[] bytes) {

	private static final int HEADER = 16;

	private static final int OP_MSG = 2013;

	/**
	 * Read the next message of a connection.
	 */
	static Optional<WireMessage> read(InputStream stream) throws IOException {
		DataInputStream input = new DataInputStream(stream);
		byte[] length = new byte[Integer.BYTES];
		try {
			input.readFully(length);
			byte[] bytes = new byte[little(length).getInt()];
			System.arraycopy(length, 0, bytes, 0, length.length);
			input.readFully(bytes, length.length, bytes.length - length.length);
			return Optional.of(new WireMessage(bytes));
		}
		catch (EOFException ex) {
			return Optional.empty();
		}
	}

	private static ByteBuffer little(byte[] bytes) {
		return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
	}

	int requestId() {
		return little(this.bytes).getInt(4);
	}

	int responseTo() {
		return little(this.bytes).getInt(8);
	}

	/**
	 * Return the command that the message carries, with the documents that are sent
	 * beside it.
	 */
	Optional<BsonDocument> command() {
		ByteBuffer buffer = little(this.bytes);
		if (buffer.getInt(12) != OP_MSG) {
			return Optional.empty();
		}
		BsonDocument command = new BsonDocument();
		buffer.position(HEADER + Integer.BYTES);
		while (buffer.hasRemaining()) {
			if (buffer.get() == 0) {
				command.putAll(document(buffer));
			}
			else {
				int end = buffer.position() + buffer.getInt(buffer.position());
				buffer.position(buffer.position() + Integer.BYTES);
				String name = text(buffer);
				BsonArray documents = new BsonArray();
				while (buffer.position() < end) {
					documents.add(document(buffer));
				}
				command.append(name, documents);
			}
		}
		return Optional.of(command);
	}

	WireMessage with(BsonDocument content) {
		RawBsonDocument encoded = new RawBsonDocument(content, new BsonDocumentCodec());
		byte[] document = encoded.getByteBuffer().asNIO().array();
		int length = HEADER + Integer.BYTES + 1 + encoded.getByteBuffer().remaining();
		ByteBuffer buffer = little(new byte[length]);
		buffer.putInt(length).putInt(requestId()).putInt(responseTo()).putInt(OP_MSG).putInt(0).put((byte) 0);
		buffer.put(document, 0, length - buffer.position());
		return new WireMessage(buffer.array());
	}

	private static String text(ByteBuffer buffer) {
		int start = buffer.position();
		int end = start;
		while (buffer.get(end) != 0) {
			end++;
		}
		buffer.position(end + 1);
		return new String(buffer.array(), start, end - start, StandardCharsets.UTF_8);
	}

	private static BsonDocument document(ByteBuffer buffer) {
		int start = buffer.position();
		int length = buffer.getInt(start);
		buffer.position(start + length);
		return new RawBsonDocument(buffer.array(), start, length).decode(new BsonDocumentCodec());
	}

}
