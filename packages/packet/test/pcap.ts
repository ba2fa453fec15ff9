import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LINK_TYPE_ETHERNET = 1;

/** A capture file of these frames (draft-ietf-opsawg-pcap): a header of 24 bytes, then 16 before each frame. */
function pcap(frames: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0xffff, 16);
  header.writeUInt32LE(LINK_TYPE_ETHERNET, 20);
  const records = frames.flatMap((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}

/** Runs a program on a capture of the frames and gives its lines of output; `FILE` among its arguments is the capture. */
export function judge(frames: readonly Buffer[], program: string, args: readonly string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'packet-test-'));
  try {
    const file = join(dir, 'frames.pcap');
    writeFileSync(file, pcap(frames));
    const output = execFileSync(
      program,
      args.map((arg) => (arg === 'FILE' ? file : arg)),
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    return output.split('\n').slice(0, -1);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const CHECKSUMS = ['ip', 'udp', 'tcp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);

/** What tshark reads in each frame: the first occurrence of each field, absent ones left out. */
export function tshark(frames: readonly Buffer[], fields: readonly string[]): Record<string, string>[] {
  const args = ['-n', '-r', 'FILE', ...CHECKSUMS, '-T', 'fields', '-E', 'occurrence=f', '-E', 'separator=|'];
  return judge(frames, 'tshark', [...args, ...fields.flatMap((field) => ['-e', field])]).map((line) =>
    Object.fromEntries(
      line.split('|').flatMap((value, index) => (value === '' ? [] : [[fields[index]!, value] as const])),
    ),
  );
}

/** The line tcpdump prints about each frame. */
export const tcpdump = (frames: readonly Buffer[]): string[] => judge(frames, 'tcpdump', ['-entSr', 'FILE']);
