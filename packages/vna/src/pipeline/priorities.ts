/** Priority bands: within one table, a flow of a higher band decides before one of a lower. */
export const PRIORITY = {
  /** The table's answer to what nothing else matched. */
  miss: 0,
  /** Counts what is dropped, by port or network. */
  counter: 10,
  /** Whatever else a sender may send. */
  any: 50,
  /** What has been learnt from packets: before everything else, behind all that is known. */
  learned: 60,
  /** The ordinary case. */
  base: 100,
  /** A more specific case of the ordinary one. */
  specific: 200,
  /** What must never pass, whatever else would allow it. */
  guard: 300,
  /** Rules of filters, from here on by how specific they are. */
  rule: 1000,
} as const;
