export * from './addresses.ts';
export * from './declaration.ts';
export * from './endpoints.ts';
export * from './entities/index.ts';
export * from './errors.ts';
export * from './messages.ts';
export * from './rows.ts';
export * from './validation.ts';
