import { storeContract } from './contract.ts';
import { variantsOf } from './harness.ts';

for (const harness of variantsOf('mongoose')) storeContract(harness);
