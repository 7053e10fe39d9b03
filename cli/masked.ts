/** A value of a person with most of it hidden: enough to compare two by, too little to reach anybody. */
export function maskedValue(column: string, value: string): string {
  switch (column) {
    case 'country':
    case 'signed_up_at':
      return value;
    case 'email':
      return maskedEmail(value);
    case 'phone':
      return `…${value.replace(/\D/g, '').slice(-2)}`;
    case 'birth_date':
      return `${/\d{4}/.exec(value)?.[0] ?? ''}…`;
    case 'postcode':
      return `${value.slice(0, 2)}…`;
    case 'street':
      return '…';
    default:
      return value.replace(/(?<=[\p{L}\p{N}])[\p{L}\p{N}]+/gu, '…');
  }
}

/** An id as it is, unless it is an address, a number with a country code or words: then it names a person. */
export function maskedId(id: string): string {
  if (id.includes('@')) return maskedEmail(id);
  return /^\+|\s/.test(id) ? maskedValue('name', id) : id;
}

function maskedEmail(value: string): string {
  return value.replace(/(?<=[^@.])[^@.]+/g, '…');
}
