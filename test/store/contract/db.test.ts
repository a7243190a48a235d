import { storeContract } from './contract.ts';
import { everyFeature } from './harness.ts';

for (const harness of everyFeature('db')) storeContract(harness);
