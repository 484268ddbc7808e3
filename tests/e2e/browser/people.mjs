/** Nobody's: an unassigned region, the right check character (GB 11643). */
export function idNumber(birth, sequence) {
  const digits = `990000${birth.replaceAll("-", "")}${String(sequence).padStart(3, "0")}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * weights[i], 0);
  return digits + "10X98765432"[sum % 11];
}
