/** ASCII text and ASCII-only JSON, for code without TextEncoder. */

/** Null if the text holds anything but ASCII. */
export function encodeAscii(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return null;
    bytes[at] = unit;
  }
  return bytes;
}

/** Null if any byte is not ASCII. */
export function decodeAscii(bytes: Uint8Array): string | null {
  let text = '';
  for (const byte of bytes) {
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** JSON in which whatever is not ASCII is written as \uXXXX, so that bytes and characters are the same. */
export function encodeJson(value: unknown): Uint8Array {
  const escaped = JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return encodeAscii(escaped) ?? new Uint8Array(0);
}

/** Undefined, which no JSON text means, if the bytes are not ASCII JSON. */
export function decodeJson(bytes: Uint8Array): unknown {
  const text = decodeAscii(bytes);
  return text === null ? undefined : parseJson(text);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
