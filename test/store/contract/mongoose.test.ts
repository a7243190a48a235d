import { sampleCovering } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { harnessOf, PAIRWISE, thingsIn } from './harness.ts';

for (const row of sampleCovering(PAIRWISE, thingsIn))
  if (row.style === 'mongoose') storeContract(harnessOf(row));
