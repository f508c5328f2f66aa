/** One field of a protobuf message. */
export interface Field {
	readonly number: number;
	/** A number, or the bytes of a message or a text; of fixed width the bytes. */
	readonly value: number | Buffer;
	/** The field as it stands in the message, with its tag. */
	readonly whole: Buffer;
}

/** A message's fields, in the order in which they stand there. @throws Error where it is no message of protobuf */
export function fieldsOf(message: Buffer): Field[] {
	const found: Field[] = [];
	let at = 0;
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
		const from = at;
		const tag = varint();
		const wire = tag % 8;
		let value: number | Buffer;
		if (wire === 0) value = varint();
		else {
			const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : Number.NaN;
			value = message.subarray(at, at + length);
			at += length;
		}
		if (!(at <= message.length)) throw new Error('The message ends within a field.');
		found.push({ number: Math.floor(tag / 8), value, whole: message.subarray(from, at) });
	}
	return found;
}

/** The values of a field that holds messages or texts. */
export function messagesIn(message: Buffer, number: number): Buffer[] {
	return fieldsOf(message).flatMap((field) =>
		field.number === number && Buffer.isBuffer(field.value) ? [field.value] : [],
	);
}

/** The value of a field that holds a number; 0 where it is not there. */
export function numberIn(message: Buffer, number: number): number {
	const found = fieldsOf(message).find((field) => field.number === number);
	return typeof found?.value === 'number' ? found.value : 0;
}

/** A field that holds these fields as its message. */
export function nested(number: number, inside: readonly Field[]): Field {
	const value = Buffer.concat(inside.map(({ whole }) => whole));
	const head: number[] = [number * 8 + 2];
	let length = value.length;
	for (; length > 127; length = Math.floor(length / 128)) head.push((length % 128) + 128);
	head.push(length);
	return { number, value, whole: Buffer.concat([Buffer.from(head), value]) };
}
