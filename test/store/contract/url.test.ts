import { isExhaustive, sampleCovering } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { everyFeature, harnessOf, PAIRWISE, thingsIn } from './harness.ts';

for (const row of sampleCovering(PAIRWISE, thingsIn)) if (row.style === 'url') storeContract(harnessOf(row));
/** Also each feature alone: features are in the store, which is the same in each style. */
if (isExhaustive) for (const variant of everyFeature('url')) storeContract(variant);
