import { DecodeError } from '../errors.ts';
import { fieldOf, readOxm, writeOxm } from '../fields/field.ts';
import type { FieldName, FieldValue } from '../fields/field.ts';
import { custom } from '../wire/layout.ts';

export interface SetField {
  readonly field: FieldName;
  readonly value: FieldValue;
  readonly mask?: FieldValue;
}

/** OFPAT_SET_FIELD of OpenFlow 1.3, which knows no mask. */
export const setField = custom<SetField, SetField>({
  read(r) {
    const { field, value, mask } = readOxm(r);
    if (mask !== undefined) throw new DecodeError(`set_field of ${field.name} has a mask`);
    return { field: field.name, value };
  },
  write: (w, action) => writeOxm(w, fieldOf(action.field), action.value, undefined),
});

/** NXAST_REG_LOAD2: the same with a mask. */
export const setFieldMasked = custom<SetField, SetField>({
  read(r) {
    const { field, value, mask } = readOxm(r);
    return { field: field.name, value, ...(mask !== undefined && { mask }) };
  },
  write(w, action) {
    writeOxm(w, fieldOf(action.field), action.value, action.mask);
  },
});
