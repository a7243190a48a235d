import { sessions } from './session/index.ts';

sessions(1);
