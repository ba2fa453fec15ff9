import { OpenFlowError, type SwitchChannel } from '@vnet/openflow';

/** What a switch can do beyond what all must. */
export interface SwitchAbilities {
  readonly bundles: boolean;
  readonly meters: boolean;
}

/** Asks the switch. What it does not know of, it refuses: that is the answer, too. */
export async function abilitiesOf(channel: SwitchChannel): Promise<SwitchAbilities> {
  return { bundles: await channel.takesBundles(), meters: await hasMeters(channel) };
}

async function hasMeters(channel: SwitchChannel): Promise<boolean> {
  const features = await ifKnown(channel.request({ type: 'meter_features_request' }));
  return features !== undefined && features.maxMeters > 0;
}

/** The answer to a request; undefined when the switch refuses it. */
export async function ifKnown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof OpenFlowError) return undefined;
    throw error;
  }
}
