import { homedir } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { messageOf, PlatformError } from '../domain/runtime/errors.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import { cacheDirOf } from '../domain/setup/cache-dir.ts';
import { acquireServer, type ServerLease } from '../domain/setup/server.ts';
import { findTemporal } from '../domain/setup/temporal-binary.ts';
import { prepareNamespace } from './namespace.ts';

/** A reachable Temporal: its address, a client, and how to let go of it. */
export interface Temporal {
  readonly address: string;
  readonly namespace: string;
  /** Fits clients and workers alike. */
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
  readonly client: Client;
  /** Address of the web UI where the server is ours. */
  readonly uiUrl?: string;
  /** Closes the connection; the last one to let go of an embedded server stops it. */
  release(): Promise<void>;
}

/** Effects and wishes of the process that connects. */
export interface ReachOptions {
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fixed ports (`dev`); free ones otherwise. */
  readonly ports?: { readonly grpc: number; readonly ui: number };
  readonly note?: (text: string) => void;
}

const connectTimeoutMs = 10_000;

/**
 * Reaches Temporal: the server named by the environment or its profile file, else the embedded one of this store.
 * Registers the search attributes; of the embedded server raises the retention.
 *
 * @throws PlatformError STK-TEMPORAL-UNREACHABLE, and those of set-up and server
 */
export async function reachTemporal(storeDir: string, options: ReachOptions): Promise<Temporal> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  const named = loadClientConnectConfig();
  const namespace = named.namespace ?? 'default';
  const outside = options.env.TEMPORAL_ADDRESS ?? named.connectionOptions.address;
  const lease = outside ? undefined : await embeddedServer(storeDir, options);
  const address = lease?.address ?? outside ?? '';
  const connectionOptions = lease ? { address } : { ...named.connectionOptions, address };
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: connectTimeoutMs });
    await prepareNamespace(connection, namespace, lease !== undefined);
    return {
      address,
      namespace,
      connectionOptions,
      client: new Client({ connection, namespace }),
      ...(lease ? { uiUrl: lease.uiUrl } : {}),
      async release() {
        await connection.close();
        await lease?.release();
      },
    };
  } catch (cause) {
    await lease?.release();
    throw new PlatformError(
      `Cannot reach the Temporal server at ${address} (namespace ${namespace}): ${messageOf(cause)}. Start it, correct TEMPORAL_ADDRESS, or unset it to use the embedded server`,
      { code: 'STK-TEMPORAL-UNREACHABLE', details: { address, namespace }, cause },
    );
  }
}

async function embeddedServer(storeDir: string, options: ReachOptions): Promise<ServerLease> {
  const cacheDir = cacheDirOf(options.env, process.platform, homedir());
  const found = await findTemporal({ env: options.env, cacheDir, fetch: false });
  if (found.kind === 'address') {
    throw new PlatformError(`TEMPORAL_ADDRESS names ${found.address}; unset it for the embedded server`, {
      code: 'STK-TEMPORAL-ADDRESS',
    });
  }
  return acquireServer({
    store: storeDir,
    binary: found.path,
    log: options.log,
    ...(options.ports ? { ports: options.ports } : {}),
  });
}
