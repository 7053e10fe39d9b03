import type { ReadSecret } from '../domain/collect/source-secrets.ts';
import type { Encoder } from '../domain/embed/encoder.ts';
import type { ReportRenderer } from '../domain/report/report.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import type { ServedData, ServedModel } from '../domain/serve/served-model.ts';
import type { Store } from '../domain/store/store.ts';
import type { Config } from '../schemas/config.ts';
import type { ModelVersion } from '../schemas/deploy.ts';

/** What the mains put together and every activity gets. */
export interface ActivityDeps {
  readonly store: Store;
  readonly config: Config;
  /** Absolute folder the sources' paths are relative to. */
  readonly input: string;
  readonly log: Logger;
  readonly codeVersion: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly now: () => Date;
  /** Reads a credential by its reference, `env:NAME` or `file:/path`. @throws SourceError STK-SOURCE-CREDENTIAL */
  readonly readSecret: ReadSecret;
  readonly render: ReportRenderer;
  /** Opens the text encoder of this machine; who opens it closes it. @throws ModelError STK-ENCODER-MISSING */
  readonly openEncoder: () => Promise<Encoder>;
  /** Makes a version of the recommender ready to answer. @throws ModelError STK-MODEL-FILES, STK-MODEL-ITEMS */
  readonly loadModel: (data: ServedData, version: ModelVersion) => Promise<ServedModel>;
  /** `<activity>:<place>:<fault>`, for fault tests. */
  readonly failpoint: string | undefined;
}
