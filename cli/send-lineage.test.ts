import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../domain/catalog/open-lineage.ts';
import type { Output } from './output.ts';
import { sendLineage } from './send-lineage.ts';

const event = (eventTime: string): RunEvent => ({
  eventType: 'START',
  eventTime,
  producer: 'urn:stocktake:0.1.0',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: '01a21417-53bf-73b9-a0a2-32f4ca982550', facets: {} },
  job: { namespace: 'shop', name: 'night', facets: {} },
  inputs: [],
  outputs: [],
});
const silent: Output = { data: () => undefined, json: () => undefined, note: () => undefined };

describe('sendLineage', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function listen(
    status: number,
  ): Promise<{ url: string; got: unknown[]; paths: string[]; keys: unknown[] }> {
    const seen = { got: [] as unknown[], paths: [] as string[], keys: [] as unknown[] };
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      seen.got.push(JSON.parse(Buffer.concat(chunks).toString()));
      seen.paths.push(`${request.method} ${request.url}`);
      seen.keys.push(request.headers.authorization);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...seen };
  }

  it('posts every event in order with the key', async () => {
    const { url, got, paths, keys } = await listen(201);
    const env = { OPENLINEAGE_URL: url, OPENLINEAGE_API_KEY: 'secret' };
    expect(await sendLineage([event('1'), event('2')], env, silent)).toBe(0);
    expect(got).toMatchObject([{ eventTime: '1' }, { eventTime: '2' }]);
    expect(paths).toEqual(['POST /api/v1/lineage', 'POST /api/v1/lineage']);
    expect(keys).toEqual(['Bearer secret', 'Bearer secret']);
  });

  it('keeps a path of the address and takes another endpoint', async () => {
    const { url, paths } = await listen(200);
    const env = { OPENLINEAGE_URL: `${url}/marquez`, OPENLINEAGE_ENDPOINT: '/v2/events' };
    await sendLineage([event('1')], env, silent);
    expect(paths).toEqual(['POST /marquez/v2/events']);
  });

  it('stops at the first event that is refused and does not tell the key', async () => {
    const { url, got } = await listen(403);
    const env = { OPENLINEAGE_URL: url, OPENLINEAGE_API_KEY: 'secret' };
    const failure = await sendLineage([event('1'), event('2')], env, silent).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'STK-LINEAGE-SEND', exitCode: 1 });
    expect(String(failure)).toContain('event 1 of 2: the server answered 403');
    expect(String(failure)).not.toContain('secret');
    expect(got).toHaveLength(1);
  });

  it('names the server nobody answers at, and what to do', async () => {
    const { url } = await listen(200);
    const gone = server;
    gone?.close();
    if (gone) await once(gone, 'close');
    const failure = await sendLineage([event('1')], { OPENLINEAGE_URL: url }, silent).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'STK-LINEAGE-SEND', exitCode: 1 });
    expect(String(failure)).toMatch(/api\/v1\/lineage failed at event 1 of 1: .*send the run again/);
  });

  it('sends nothing where it is disabled, and asks for an address where there is none', async () => {
    const { url, got } = await listen(200);
    expect(
      await sendLineage([event('1')], { OPENLINEAGE_URL: url, OPENLINEAGE_DISABLED: 'true' }, silent),
    ).toBe(0);
    expect(got).toEqual([]);
    await expect(sendLineage([event('1')], {}, silent)).rejects.toMatchObject({
      code: 'STK-LINEAGE-URL',
      exitCode: 2,
    });
    await expect(sendLineage([event('1')], { OPENLINEAGE_URL: 'file:///x' }, silent)).rejects.toMatchObject({
      code: 'STK-LINEAGE-URL',
    });
  });
});
