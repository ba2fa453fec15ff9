/** The file that `vnctl apply` reads. */
import { LineCounter, parseDocument } from 'yaml';
import { usageFailure } from './failure.ts';
import { isRow } from './output/answers.ts';

/** 007 is a name and 0x1f a datapath id: numbers stay as they are written, the API knows which they are. */
const NUMBERS = ['tag:yaml.org,2002:int', 'tag:yaml.org,2002:float'];

/**
 * YAML or JSON → sections of the model.
 * @param name of the file, for messages
 * @throws Failure that names line and column
 */
export function parseModelDocument(name: string, text: string): unknown {
  const value = parseJson(text) ?? parseYaml(name, text);
  if (isRow(value)) return value;
  throw usageFailure(
    `${name} has no sections: expected what "vnctl export" prints, such as\n  networks:\n    nw-web:\n      ipv4_network: 10.101.0.0`,
  );
}

/** JSON is YAML too, but read so it takes a hundredth of the time. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parseYaml(name: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !NUMBERS.includes(tag.tag)),
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw usageFailure(`${name}, line ${line}, column ${col}: ${error.message}`);
  }
  return document.toJS();
}
