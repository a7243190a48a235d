import Koa from 'koa';
import { sessions } from './session/index.ts';

const app = new Koa();
sessions();
