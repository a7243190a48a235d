import { createConnection } from 'mongoose';

export const shop = createConnection(process.env.MONGODB_URL ?? 'mongodb://127.0.0.1:27017/shop');
