-- Who is on duty at :at, with the duty's name and both telephones. The same rows as duty.queries.on_duty.
SELECT duty.code, duty.name_fr, duty.name_en, duty.phone, duty.rank,
       person.id, person.login, person.name, person.phone,
       shift.level, shift.starts_at, shift.ends_at
  FROM duty_shift AS shift
  JOIN duty_duty AS duty ON duty.id = shift.duty_id
  JOIN people_person AS person ON person.id = shift.person_id
 WHERE shift.starts_at > :since AND shift.starts_at <= :at AND shift.ends_at > :at AND person.is_active
