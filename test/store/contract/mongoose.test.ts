import { isExhaustive } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { everyFeature, pairwise } from './harness.ts';

const variants = isExhaustive ? [...pairwise('mongoose'), ...everyFeature('mongoose')] : pairwise('mongoose');
for (const variant of variants) storeContract(variant);
