import dayjs from "dayjs";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);

/** Days and times are those of Asia/Shanghai, whatever the machine is set to. */
export const SHANGHAI_MINUTES = 480;

export const minuteText = (milliseconds: number): string =>
  dayjs(milliseconds).utcOffset(SHANGHAI_MINUTES).format("YYYY-MM-DD HH:mm");

export const secondText = (milliseconds: number): string =>
  dayjs(milliseconds).utcOffset(SHANGHAI_MINUTES).format("MM-DD HH:mm:ss");

export const dayText = (milliseconds: number): string =>
  dayjs(milliseconds).utcOffset(SHANGHAI_MINUTES).format("YYYY-MM-DD");

export const yearOf = (milliseconds: number): number =>
  dayjs(milliseconds).utcOffset(SHANGHAI_MINUTES).year();
