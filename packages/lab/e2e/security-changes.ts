import type { Body } from './api.ts';
import type { DataCentre } from './data-centre.ts';

/** Changes of security groups and filters; when a promise settles, they are in the flows of all switches concerned. */
export class SecurityChanges {
  readonly #centre: DataCentre;

  constructor(centre: DataCentre) {
    this.#centre = centre;
  }

  async group(uuid: string, ...rules: readonly string[]): Promise<void> {
    await this.change('POST', 'security_groups', { uuid, display_name: uuid, rules: rules.join('\n') });
  }

  async rules(uuid: string, ...rules: readonly string[]): Promise<void> {
    await this.change('PUT', `security_groups/${uuid}`, { rules: rules.join('\n') });
  }

  async join(uuid: string, vm: string): Promise<void> {
    await this.change('POST', `security_groups/${uuid}/interfaces/if-${vm}`);
  }

  async leave(uuid: string, vm: string): Promise<void> {
    await this.change('DELETE', `security_groups/${uuid}/interfaces/if-${vm}`);
  }

  /** `ingress_filtering_enabled` */
  async filtering(vm: string, enabled: boolean | null): Promise<void> {
    await this.change('PUT', `interfaces/if-${vm}`, { ingress_filtering_enabled: enabled });
  }

  async change(method: string, path: string, body?: Body): Promise<Body> {
    return this.#centre.api(method, `${path}?wait=flows&timeout=10`, body);
  }

  /**
   * Waits until no switch goes by older flows any more: it looks at the decisions that it has cached some milliseconds after
   * a change of its flows. The round that is under way may have begun before; the next one has not.
   */
  async noticed(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await Promise.all(this.#centre.lab.hosts.map(async (host) => host.appctl('revalidator/wait')));
    }
  }
}
