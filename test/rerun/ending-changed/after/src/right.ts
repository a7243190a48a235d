import { sessions } from './session/index.js';
import '@/session/index.ts';
