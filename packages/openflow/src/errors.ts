/** Malformed bytes. `message` names the structure and the field, for example `flow_mod.match: field ipv4_src twice`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** A value that does not fit its place on the wire. `message` names the field, the value and the limit. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}

/** Puts the name of the enclosing structure or field before the message of a codec error; returns it to be thrown. */
export function within(name: string, error: unknown): unknown {
  if (error instanceof DecodeError || error instanceof EncodeError) {
    const isPath = /^[\w.[\]]+: /.test(error.message);
    const separator = !isPath ? ': ' : error.message.startsWith('[') ? '' : '.';
    error.message = `${name}${separator}${error.message}`;
  }
  return error;
}
