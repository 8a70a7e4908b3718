package io.gemforce.migrations.mongo.change.source;

/**
 * A part of a definition that is being checked.
 */
public record DefinitionCursor(DefinitionProblems findings, Pointer pointer) {

	public DefinitionCursor to(String key) {
		return new DefinitionCursor(this.findings, this.pointer.to(key));
	}

	public DefinitionCursor to(int index) {
		return new DefinitionCursor(this.findings, this.pointer.to(index));
	}

	public void wrong(String message, String action) {
		this.findings.add(this.pointer, message, action);
	}

	public void wrongKey(String message, String action) {
		this.findings.addAtKey(this.pointer, message, action);
	}

	public String name() {
		return this.pointer.isTop() ? "" : String.valueOf(this.pointer.parts().get(this.pointer.parts().size() - 1));
	}

}
