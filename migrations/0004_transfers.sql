-- Numbers of transfers between resellers, counted up from 1. Their rows stand in other_rows.
CREATE SEQUENCE transfer_numbers MINVALUE 0 START 0;
SELECT nextval('transfer_numbers');
