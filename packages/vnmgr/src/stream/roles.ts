/** The roles of edges: each VLAN of a network or segment is carried by one edge at a time. */
import type { AgentRoles, Row } from '@vnet/model';
import { Editor } from '../rules/editor.ts';
import type { Settings } from '../rules/rule.ts';
import type { Queries } from '../store/queries.ts';
import type { Store } from '../store/store.ts';

/** After the last request of its holder a role may go to another. An edge stops by itself before: after 3 s. */
export const ROLE_MS = 4_000;
/** A role that was given up goes to another so much later: by then the switch has closed what its agent told it to. */
const RELEASE_MS = 500;

/** Who writes, as the history says. */
const WRITER = { who: 'edges', request_id: '' };

export interface RoleKeeperOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly now?: () => number;
}

type Wanted = AgentRoles['wanted'][number];
type Role = Row<'edge_role'>;

/** What to do about one wanted role. */
interface Step {
  readonly wanted: Wanted;
  readonly translation: Row<'vlan_translation'> & { readonly vlan_id: number };
  readonly role: Role | undefined;
}

/**
 * Grants roles and remembers when they were asked for. Who has which is in the model; the times are not, so that a manager that
 * starts gives every holder the whole time.
 */
export class RoleKeeper {
  readonly #options: RoleKeeperOptions;
  readonly #now: () => number;
  readonly #started: number;
  /** Id of the role → until when it is its holder's, by what it said last. */
  readonly #until = new Map<number, number>();
  /** Place → the VLAN translation that had its role last, and since when that one is known to be gone. */
  readonly #last = new Map<string, { readonly id: number; goneAt?: number }>();

  constructor(options: RoleKeeperOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#started = this.#now();
  }

  /**
   * Takes a request of an edge.
   * @returns the VLAN translations whose role it has now
   * @throws {VnetError} when the database is away, or another manager has the right to write
   */
  async ask({ datapath_id, wanted, released = [] }: AgentRoles): Promise<number[]> {
    const { store, settings } = this.#options;
    if (released.length > 0) await this.#release(datapath_id, released);
    const steps = await store.read((queries) => this.#steps(queries, wanted));
    const news = steps.filter((step) => this.#mayHave(step) && !isGranted(step));
    if (news.length > 0) {
      await store.write(WRITER, async (tx) => {
        const edit = new Editor(tx, settings);
        for (const step of await this.#steps(tx, wanted)) {
          if (this.#mayHave(step) && !isGranted(step)) await grant(edit, step, datapath_id);
        }
        await edit.settle();
      });
    }
    const after = news.length > 0 ? await store.read((queries) => this.#steps(queries, wanted)) : steps;
    const mine = after.filter(({ role, translation }) => role?.vlan_translation_id === translation.id);
    for (const { role, translation } of mine) {
      this.#until.set(role!.id, this.#now() + ROLE_MS);
      this.#last.set(placeOf(translation), { id: translation.id });
    }
    return mine.map(({ translation }) => translation.id);
  }

  async #release(datapathId: number, released: readonly number[]): Promise<void> {
    const roles = await this.#options.store.read((queries) =>
      queries.allIn('edge_role', 'vlan_translation_id', [...released]),
    );
    const own = roles.filter(({ datapath_id }) => datapath_id === datapathId);
    for (const { id } of own) this.#until.set(id, this.#now() + RELEASE_MS);
    if (!own.some(({ alone }) => alone)) return;
    await this.#options.store.write(WRITER, async (tx) => {
      const edit = new Editor(tx, this.#options.settings);
      const now = await tx.allIn('edge_role', 'vlan_translation_id', [...released]);
      for (const role of now.filter(({ datapath_id }) => datapath_id === datapathId)) {
        await edit.update('edge_role', role, { alone: false });
      }
      await edit.settle();
    });
  }

  async #steps(queries: Queries, wanted: readonly Wanted[]): Promise<Step[]> {
    const ids = wanted.map(({ vlan_translation_id: id }) => id);
    const translations = await queries.byIds('vlan_translation', ids);
    const vlans = [...translations.values()].flatMap(({ vlan_id }) => vlan_id ?? []);
    const roles = await queries.allIn('edge_role', 'vlan_id', [...new Set(vlans)]);
    return wanted.flatMap((each): Step[] => {
      const translation = translations.get(each.vlan_translation_id);
      if (translation === undefined || translation.vlan_id === null) return [];
      const { vlan_id, network_id, segment_id } = translation;
      const role = roles.find(
        (one) => one.vlan_id === vlan_id && one.network_id === network_id && one.segment_id === segment_id,
      );
      return [{ wanted: each, translation: { ...translation, vlan_id }, role }];
    });
  }

  /** The role of a mapping that was deleted goes to another as one that was given up does. */
  #isVacant(translation: Step['translation']): boolean {
    const last = this.#last.get(placeOf(translation));
    if (last === undefined || last.id === translation.id) return true;
    last.goneAt ??= this.#now();
    return this.#now() - last.goneAt >= RELEASE_MS;
  }

  /** A holder that goes on without an answer keeps its role until it knows of the other. */
  #mayHave({ role, translation }: Step): boolean {
    if (role === undefined) return this.#isVacant(translation);
    if (role.vlan_translation_id === translation.id) return true;
    return !role.alone && this.#now() > (this.#until.get(role.id) ?? this.#started + ROLE_MS);
  }
}

/** Of a VLAN in a network or segment. */
function placeOf({ vlan_id, network_id, segment_id }: Step['translation']): string {
  return `${vlan_id} ${network_id} ${segment_id}`;
}

function isGranted({ wanted, translation, role }: Step): boolean {
  return role?.vlan_translation_id === translation.id && role.alone === wanted.alone;
}

async function grant(edit: Editor, { wanted, translation, role }: Step, datapath_id: number): Promise<void> {
  const { id: vlan_translation_id, vlan_id, network_id, segment_id } = translation;
  const { alone } = wanted;
  if (role === undefined) {
    const place = { vlan_id, network_id, segment_id, datapath_id, vlan_translation_id };
    await edit.insert('edge_role', { ...place, epoch: 1, alone });
    return;
  }
  const epoch = role.epoch + (role.vlan_translation_id === vlan_translation_id ? 0 : 1);
  await edit.update('edge_role', role, { datapath_id, vlan_translation_id, epoch, alone });
}
