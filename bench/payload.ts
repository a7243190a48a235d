export type Payload = Record<string, unknown>;

/** A payload with the given number of bytes as JSON, made of typical session properties. */
export function payloadOf(bytes: number): Payload {
  const payload: Payload = { user: '65f0c0ffee65f0c0ffee65f0', views: 1, csrf: 'x'.repeat(32) };
  const left = () => bytes - JSON.stringify(payload).length;
  for (let item = 0; left() > 120; item += 1) payload[`item${item}`] = { id: item, name: 'n'.repeat(60) };
  payload.rest = '';
  payload.rest = 'r'.repeat(Math.max(0, left()));
  return payload;
}
