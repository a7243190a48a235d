import { fileURLToPath } from 'node:url';
import type { Settings } from '../../../src/core/answers/settings.ts';
import { FEATURES, type PackageVersions, PLAIN, STYLES } from '../../support/generated.ts';

export type Style = keyof typeof STYLES;
type Feature = keyof typeof FEATURES;
type Policy = Settings['onConcurrentWrite'];
type Release = keyof typeof PACKAGES;

/** One variant of the generated store, and the packages that it uses. */
export interface Harness {
  readonly name: string;
  readonly style: Style;
  readonly settings: Settings;
  readonly packages: PackageVersions;
}

const monitored = (driver: string) =>
  fileURLToPath(new URL(`../../support/monitored/${driver}.ts`, import.meta.url));

/** `newest`: the newest driver and Mongoose; `earlier`: driver 6 and Mongoose 8. */
export const PACKAGES = {
  newest: { mongodb: monitored('mongodb') },
  earlier: { mongodb: monitored('mongodb6'), mongoose: 'mongoose8' },
} as const satisfies Record<string, PackageVersions>;

/** The features of a variant, besides its style and policy. */
export const SWITCHES = {
  earlier: 'earlier packages',
  absoluteTtl: 'absolute-ttl',
  touchAfter: 'touch-after',
  rolling: 'rolling',
  userKey: 'user-key',
  encrypt: 'encrypt',
} as const;

export interface Row {
  readonly style: Style;
  readonly policy: Policy;
  readonly on: readonly (keyof typeof SWITCHES)[];
}

/** For any two choices, at least one of these variants has both. */
export const PAIRWISE: readonly Row[] = [
  { style: 'url', policy: 'merge', on: [] },
  { style: 'url', policy: 'overwrite', on: ['absoluteTtl', 'touchAfter', 'rolling', 'userKey', 'encrypt'] },
  { style: 'url', policy: 'throw', on: ['earlier', 'rolling', 'userKey'] },
  { style: 'host', policy: 'merge', on: ['earlier', 'encrypt'] },
  { style: 'host', policy: 'overwrite', on: ['earlier', 'absoluteTtl', 'touchAfter', 'rolling', 'userKey'] },
  { style: 'host', policy: 'throw', on: ['absoluteTtl', 'rolling'] },
  { style: 'db', policy: 'merge', on: ['earlier', 'absoluteTtl', 'rolling', 'userKey', 'encrypt'] },
  { style: 'db', policy: 'overwrite', on: ['earlier', 'encrypt'] },
  { style: 'db', policy: 'throw', on: ['touchAfter', 'userKey'] },
  { style: 'mongoose', policy: 'merge', on: ['absoluteTtl', 'touchAfter', 'rolling', 'userKey', 'encrypt'] },
  { style: 'mongoose', policy: 'overwrite', on: ['earlier', 'absoluteTtl', 'touchAfter'] },
  { style: 'mongoose', policy: 'throw', on: ['earlier', 'encrypt'] },
];

/** The style, the policy, and each switch, on or off. A sample of the rows has to cover all of these. */
export const thingsIn = ({ style, policy, on }: Row): string[] => [
  style,
  policy,
  ...Object.keys(SWITCHES).map((name) => `${name}: ${on.some((each) => each === name)}`),
];

export function harnessOf({ style, policy, on }: Row): Harness {
  const { absoluteTtl, touchAfter, userKey } = FEATURES.all;
  const settings: Settings = {
    ...PLAIN,
    connection: STYLES[style],
    onConcurrentWrite: policy,
    absoluteTtl: on.includes('absoluteTtl') ? absoluteTtl : undefined,
    touchAfter: on.includes('touchAfter') ? touchAfter : undefined,
    rolling: on.includes('rolling'),
    userKey: on.includes('userKey') ? userKey : undefined,
    encrypt: on.includes('encrypt'),
  };
  const name = [style, policy, ...on.map((each) => SWITCHES[each])].join(', ');
  return { name, style, settings, packages: PACKAGES[on.includes('earlier') ? 'earlier' : 'newest'] };
}

/** Plain, each feature alone, and all of them; plain and all also with the earlier packages. */
export function everyFeature(style: Style): Harness[] {
  return [
    ...(Object.keys(FEATURES) as Feature[]).map((feature) => variant(style, feature)),
    ...(['plain', 'all'] as const).map((feature) => variant(style, feature, 'earlier')),
  ];
}

export function variant(style: Style, feature: Feature, release: Release = 'newest'): Harness {
  return {
    name: `${style}, only ${feature}${release === 'earlier' ? `, ${SWITCHES.earlier}` : ''}`,
    style,
    settings: { ...PLAIN, ...FEATURES[feature], connection: STYLES[style] },
    packages: PACKAGES[release],
  };
}
