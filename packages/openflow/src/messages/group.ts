/** Groups and meters: OpenFlow 1.3 §7.3.4.2, §7.3.4.4, §7.3.5.9 … §7.3.5.14. */
import { actions } from '../actions/action.ts';
import { GROUP, METER, PORT } from '../constants.ts';
import { list, oneOf, optional, pad, rest, sized, struct, u16, u32, u64, u8 } from '../wire/layout.ts';
import type { Codec } from '../wire/layout.ts';
import { message, multipartReply, multipartRequest } from './row.ts';

const GROUP_COMMAND = { add: 0, modify: 1, delete: 2 } as const;
const GROUP_TYPE = { all: 0, select: 1, indirect: 2, fast_failover: 3 } as const;
const METER_COMMAND = { add: 0, modify: 1, delete: 2 } as const;
const BAND_TYPE = { drop: 1, dscp_remark: 2, experimenter: 0xffff } as const;

/** Flags of meter_mod. */
export const METER_FLAG = { KBPS: 1, PKTPS: 2, BURST: 4, STATS: 8 } as const;

const bucket = sized(
  struct({
    weight: optional(u16, 0),
    watchPort: optional(u32, PORT.ANY),
    watchGroup: optional(u32, GROUP.ANY),
    _: pad(4),
    actions,
  }),
);

const buckets = optional(list(bucket), []);

/** `detail`: of dscp_remark the precedence level and three bytes of padding, of experimenter its id and data. */
const bandFields = struct({ rate: u32, burst: optional(u32, 0), detail: optional(rest, new Uint8Array(4)) });

type BandType = keyof typeof BAND_TYPE;
export interface MeterBand {
  readonly type: BandType;
  /** kbit/s or packets/s, as METER_FLAG says. */
  readonly rate: number;
  readonly burst?: number;
  readonly detail?: Uint8Array;
}

const bandType = oneOf(u16, BAND_TYPE);
const band: Codec<MeterBand> = {
  read(r) {
    const type = bandType.read(r);
    const outer = r.enter(r.u16() - 4);
    const fields = bandFields.read(r);
    r.leave(outer);
    return { type, ...fields };
  },
  write(w, value) {
    const start = w.pos;
    bandType.write(w, value.type);
    w.u16(0);
    bandFields.write(w, value);
    w.patchU16(start + 2, w.pos - start);
  },
};

const groupDescription = sized(struct({ groupType: oneOf(u8, GROUP_TYPE), _: pad(1), group: u32, buckets }));

const groupStats = sized(
  struct({
    _: pad(2),
    group: u32,
    references: u32,
    _2: pad(4),
    packets: u64,
    bytes: u64,
    durationSeconds: u32,
    durationNanoseconds: u32,
    buckets: list(struct({ packets: u64, bytes: u64 })),
  }),
);

const meterConfig = sized(struct({ flags: u16, meter: u32, bands: list(band) }));

const meterStats: Codec<MeterStats> = {
  read(r) {
    const meter = r.u32();
    const outer = r.enter(r.u16() - 6);
    const value = meterStatsFields.read(r);
    r.leave(outer);
    return { meter, ...value };
  },
  write(w, value) {
    const start = w.pos;
    w.u32(value.meter);
    w.u16(0);
    meterStatsFields.write(w, value);
    w.patchU16(start + 4, w.pos - start);
  },
};

const meterStatsFields = struct({
  _: pad(6),
  flows: u32,
  packets: u64,
  bytes: u64,
  durationSeconds: u32,
  durationNanoseconds: u32,
  bands: list(struct({ packets: u64, bytes: u64 })),
});

export interface MeterStats {
  readonly meter: number;
  readonly flows: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly bands: { readonly packets: bigint; readonly bytes: bigint }[];
}

export const GROUP_ROWS = {
  group_mod: message(15, {
    command: oneOf(u16, GROUP_COMMAND),
    groupType: optional(oneOf(u8, GROUP_TYPE), 'all'),
    _: pad(1),
    group: u32,
    buckets,
  }),
  meter_mod: message(29, {
    command: oneOf(u16, METER_COMMAND),
    /** METER_FLAG */
    flags: optional(u16, 0),
    meter: u32,
    bands: optional(list(band), []),
  }),
  group_stats_request: multipartRequest(6, { group: optional(u32, GROUP.ALL), _: pad(4) }),
  group_stats_reply: multipartReply(6, { groups: list(groupStats) }),
  group_desc_request: multipartRequest(7, {}),
  group_desc_reply: multipartReply(7, { groups: list(groupDescription) }),
  group_features_request: multipartRequest(8, {}),
  /** Each list has one entry per type: all, select, indirect, fast_failover. */
  group_features_reply: multipartReply(8, {
    types: u32,
    capabilities: u32,
    maxGroupsAll: u32,
    maxGroupsSelect: u32,
    maxGroupsIndirect: u32,
    maxGroupsFastFailover: u32,
    actionsAll: u32,
    actionsSelect: u32,
    actionsIndirect: u32,
    actionsFastFailover: u32,
  }),
  meter_stats_request: multipartRequest(9, { meter: optional(u32, METER.ALL), _: pad(4) }),
  meter_stats_reply: multipartReply(9, { meters: list(meterStats) }),
  meter_config_request: multipartRequest(10, { meter: optional(u32, METER.ALL), _: pad(4) }),
  meter_config_reply: multipartReply(10, { meters: list(meterConfig) }),
  meter_features_request: multipartRequest(11, {}),
  meter_features_reply: multipartReply(11, {
    maxMeters: u32,
    bandTypes: u32,
    capabilities: u32,
    maxBands: u8,
    maxColor: u8,
    _: pad(2),
  }),
} as const;
