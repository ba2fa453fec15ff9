/** Which version two sides speak: OpenFlow 1.3 §6.3.1, §7.5.1. */
import { OPENFLOW_13 } from '../messages/message.ts';
import type { MessageInput, MessageOf } from '../messages/message.ts';

const VERSION_NAMES = ['?', '1.0', '1.1', '1.2', '1.3', '1.4', '1.5'];

export const OUR_HELLO: MessageInput = {
  type: 'hello',
  elements: [{ type: 'version_bitmap', bitmaps: [1 << OPENFLOW_13] }],
};

/** The versions a hello offers: its bitmap; without one, all up to the version in its header. */
export function offeredVersions(hello: MessageOf<'hello'>): number[] {
  const bitmap = hello.elements.find((element) => element.type === 'version_bitmap');
  if (!bitmap) return Array.from({ length: hello.version ?? 0 }, (_, i) => i + 1);
  return bitmap.bitmaps.flatMap((word, i) =>
    Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => (word >>> bit) & 1)
      .map((bit) => i * 32 + bit),
  );
}

/** Undefined when OpenFlow 1.3 is among the offered versions, else what is wrong. */
export function versionProblem(hello: MessageOf<'hello'>): string | undefined {
  const versions = offeredVersions(hello);
  if (versions.includes(OPENFLOW_13)) return undefined;
  const names = versions.map((version) => VERSION_NAMES[version] ?? `0x${version.toString(16)}`);
  return `the switch offers OpenFlow ${names.join(', ') || 'nothing'}, needed is 1.3`;
}
