import { z } from 'zod';

/** A name the configuration gives: of a project, a source, a namespace. */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'expected lower-case letters, digits, - or _, starting with a letter');

/** An SQL expression over the columns of one row. */
export const sqlExpression = z.string().min(1).max(10_000);

/** Name of a function, or of one of its parameters, in an SQL expression. */
export const functionName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits or _, starting with a letter');
