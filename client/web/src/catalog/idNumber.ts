/** What an id number says of its holder (GB 11643): the day of birth and the sex's code. */
export interface IdNumberFacts {
  readonly birth_date: string;
  readonly sex: string;
}

const FORM = /^\d{6}(\d{4})(\d{2})(\d{2})\d{2}(\d)[\dXx]$/;

export function factsOf(idNumber: string): IdNumberFacts | undefined {
  const parts = FORM.exec(idNumber.replace(/\s/g, ""));
  if (parts === null) {
    return undefined;
  }
  const [, year = "", month = "", day = "", parity = ""] = parts;
  return { birth_date: `${year}-${month}-${day}`, sex: Number(parity) % 2 === 1 ? "1" : "2" };
}
