package io.gemforce.migrations.mongo.change;

/**
 * A part of a definition that is being checked.
 *
 * @param findings takes what is wrong
 * @param pointer which part
 */
record Spot(Findings findings, Pointer pointer) {

	Spot to(String key) {
		return new Spot(this.findings, this.pointer.to(key));
	}

	Spot to(int index) {
		return new Spot(this.findings, this.pointer.to(index));
	}

	void wrong(String message, String action) {
		this.findings.add(this.pointer, message, action);
	}

	void wrongKey(String message, String action) {
		this.findings.addAtKey(this.pointer, message, action);
	}

	/**
	 * Return the name of this part.
	 * @return the last key or index
	 */
	String name() {
		return this.pointer.isTop() ? "" : String.valueOf(this.pointer.parts().get(this.pointer.parts().size() - 1));
	}

}
