/** One field of an encoded protobuf message. */
export interface Field {
	/** The number of the field in the message's definition. */
	readonly number: number;
	/** A number if it is a varint. Otherwise bytes: those of a message, a text, or a number of fixed width. */
	readonly value: number | Buffer;
	/** The bytes of the whole field, including its tag. */
	readonly bytes: Buffer;
}

/** Returns the fields of a message, in their order. @throws Error if the bytes are not a protobuf message */
export function readFields(message: Buffer): Field[] {
	const fields: Field[] = [];
	let at = 0;
	/**
	 * Reads a number of variable length: 7 bits a byte, the lowest first, with the highest bit set except in the last
	 * one.
	 */
	const varint = () => {
		let value = 0;
		for (let scale = 1; ; scale *= 128) {
			const byte = message[at++];
			if (byte === undefined) throw new Error('The message ends within a number.');
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
	};
	while (at < message.length) {
		// A tag is the number of the field and its wire type, which tells how the value is encoded.
		const from = at;
		const tag = varint();
		const wireType = tag % 8;
		let value: number | Buffer;
		if (wireType === 0) value = varint();
		else {
			// 64 bits, 32 bits, or a length and as many bytes. NaN leads to the error below.
			const length = wireType === 1 ? 8 : wireType === 5 ? 4 : wireType === 2 ? varint() : Number.NaN;
			value = message.subarray(at, at + length);
			at += length;
		}
		if (!(at <= message.length)) throw new Error('The message ends within a field.');
		fields.push({ number: Math.floor(tag / 8), value, bytes: message.subarray(from, at) });
	}
	return fields;
}

/** Returns the values of all fields of a number that hold messages or texts. */
export function messagesIn(message: Buffer, number: number): Buffer[] {
	return readFields(message).flatMap((field) =>
		field.number === number && Buffer.isBuffer(field.value) ? [field.value] : [],
	);
}

/** Returns the value of a field that holds a number; 0 if the message has no such field. */
export function numberIn(message: Buffer, number: number): number {
	const field = readFields(message).find((each) => each.number === number);
	return typeof field?.value === 'number' ? field.value : 0;
}

/** Returns a field that holds a message with those fields. */
export function nestedField(number: number, fields: readonly Field[]): Field {
	const value = Buffer.concat(fields.map(({ bytes }) => bytes));
	// The tag with wire type 2, then the length as a varint. All field numbers here fit in one byte.
	const head: number[] = [number * 8 + 2];
	let length = value.length;
	for (; length > 127; length = Math.floor(length / 128)) head.push((length % 128) + 128);
	head.push(length);
	return { number, value, bytes: Buffer.concat([Buffer.from(head), value]) };
}
