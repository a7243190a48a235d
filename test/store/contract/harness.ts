import { fileURLToPath } from 'node:url';
import type { Settings } from '../../../src/core/answers/settings.ts';
import { FEATURES, type PackageVersions, PLAIN, STYLES } from '../../support/generated.ts';

type Style = keyof typeof STYLES;
type Feature = keyof typeof FEATURES;

/** One variant of the generated store, and the packages it runs on. */
export interface Harness {
  readonly name: string;
  readonly style: Style;
  readonly settings: Settings;
  readonly packages: PackageVersions;
}

const monitored = (driver: string) =>
  fileURLToPath(new URL(`../../support/monitored/${driver}.ts`, import.meta.url));

const DRIVER_7 = { mongodb: monitored('mongodb') };
const DRIVER_6 = { mongodb: monitored('mongodb6') };

/** A variant on the newest packages. */
export const variant = (style: Style, feature: Feature): Harness => harness(style, feature, DRIVER_7, '');

/** Plain, each feature alone, and all of them. */
export function everyFeature(style: Style): Harness[] {
  return (Object.keys(FEATURES) as Feature[]).map((feature) => variant(style, feature));
}

/** Encrypting anew is a write that nobody asked for: it has to behave under each policy. */
export const ENCRYPTED_POLICIES: readonly Harness[] = (['overwrite', 'throw'] as const).map((policy) => {
  const { settings, ...rest } = variant('url', 'encrypt');
  return { ...rest, name: `url, encrypt, ${policy}`, settings: { ...settings, onConcurrentWrite: policy } };
});

/** Release 6 of the driver, and release 8 of Mongoose. */
export const EARLIER_RELEASES: readonly Harness[] = (['plain', 'all'] as const).flatMap((feature) => [
  harness('url', feature, DRIVER_6, ' on mongodb 6'),
  harness('host', feature, DRIVER_6, ' on mongodb 6'),
  harness('db', feature, DRIVER_6, ' on mongodb 6'),
  harness('mongoose', feature, { mongoose: 'mongoose8' }, ' on mongoose 8'),
]);

function harness(style: Style, feature: Feature, packages: PackageVersions, suffix: string): Harness {
  const settings: Settings = { ...PLAIN, ...FEATURES[feature], connection: STYLES[style] };
  return { name: `${style}, ${feature}${suffix}`, style, settings, packages };
}
