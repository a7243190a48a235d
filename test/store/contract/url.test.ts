import { isExhaustive, sampleCovering } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { everyFeature, harnessOf, PAIRWISE, thingsIn } from './harness.ts';

for (const row of sampleCovering(PAIRWISE, thingsIn)) if (row.style === 'url') storeContract(harnessOf(row));
/** Each feature alone, too, which is in the store, and that is the same in each style. */
if (isExhaustive) for (const variant of everyFeature('url')) storeContract(variant);
