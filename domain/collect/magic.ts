import { closeSync, openSync, readSync } from 'node:fs';

/** What a file is by its first bytes, where they tell. */
export type Magic = 'gz' | 'zip' | 'zst' | 'parquet' | 'xls' | OtherMagic;

/** Formats that are told apart to be refused by name. */
export type OtherMagic =
  | 'bz2'
  | 'xz'
  | '7z'
  | 'rar'
  | 'Avro'
  | 'ORC'
  | 'Arrow'
  | 'SQLite'
  | 'PDF'
  | 'PNG'
  | 'JPEG'
  | 'GIF'
  | 'HDF5'
  | 'ELF';

const magics: readonly (readonly [hex: string, Magic])[] = [
  ['1f8b08', 'gz'],
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['28b52ffd', 'zst'],
  ['50415231', 'parquet'],
  ['d0cf11e0a1b11ae1', 'xls'],
  ['425a6831', 'bz2'],
  ['425a6839', 'bz2'],
  ['fd377a58', 'xz'],
  ['377abcaf', '7z'],
  ['526172211a07', 'rar'],
  ['4f626a01', 'Avro'],
  ['4f524303', 'ORC'],
  ['4152524f5731', 'Arrow'],
  ['53514c69746520666f726d61742033', 'SQLite'],
  ['255044462d', 'PDF'],
  ['89504e470d0a1a0a', 'PNG'],
  ['ffd8ff', 'JPEG'],
  ['474946383', 'GIF'],
  ['894844460d0a1a0a', 'HDF5'],
  ['7f454c46', 'ELF'],
];

/** Tells a file by its first bytes. */
export function magicOf(path: string): Magic | undefined {
  const head = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  const hex = head.toString('hex');
  return magics.find(([magic]) => hex.startsWith(magic))?.[1];
}
