/** Checks of what comes over the bus: written as a table of fields. */

export type Check = (value: unknown) => boolean;
export type Shape = Readonly<Record<string, Check>>;

export const isText: Check = (value) => typeof value === 'string' && value.length <= 255;
export const isId: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isBoolean: Check = (value) => typeof value === 'boolean';
export const isIdOrNull: Check = (value) => value === null || isId(value);
export const isTextOrNull: Check = (value) => value === null || isText(value);
export const isString: Check = (value) => typeof value === 'string';
export const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Of any length: too long ones are for the request to be refused, not the connection. */
export const isObjectOfStrings: Check = (value) => isObject(value) && Object.values(value as object).every(isString);
export const isAbsentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export function hasShape(value: unknown, shape: Shape): boolean {
  return typeof value === 'object' && value !== null && firstWrong(value, shape) === undefined;
}

/** @returns the name of the first field that is not as it should be */
export function firstWrong(value: object, shape: Shape): string | undefined {
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries(shape).find(([name, check]) => !check(fields[name]))?.[0];
}
